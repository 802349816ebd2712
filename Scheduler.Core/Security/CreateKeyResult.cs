using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>What became of a request for a key.</summary>
public abstract record CreateKeyResult
{
    private CreateKeyResult() { }

    /// <param name="Key">Holds the key: hand it on once, keep it nowhere.</param>
    public sealed record Created(CreatedApiKeyResponse Key) : CreateKeyResult;

    /// <summary>The scopes, the member or the missing binding go beyond the caller's own rights.</summary>
    public sealed record BeyondCaller(string Message) : CreateKeyResult;

    public sealed record WrongField(string Field, string Message) : CreateKeyResult;

    public sealed record NoSuchCustomer : CreateKeyResult;

    /// <summary>The plan allows no further key.</summary>
    public sealed record TooMany : CreateKeyResult;
}
