namespace Scheduler.Core.Execution;

/// <summary>What came of one call to the API.</summary>
public abstract record ApiAnswer<T>
{
    private ApiAnswer() { }

    public sealed record Success(T Content) : ApiAnswer<T>;

    /// <summary>404; for a claim it means that the queue is empty.</summary>
    public sealed record NotFound : ApiAnswer<T>;

    public sealed record Failed(ApiFailure Failure) : ApiAnswer<T>;
}
