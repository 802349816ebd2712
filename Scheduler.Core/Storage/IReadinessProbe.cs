namespace Scheduler.Core.Storage;

/// <summary>Something that has to work before this process should be sent requests.</summary>
public interface IReadinessProbe
{
    /// <summary>Names it in the answer of /health/ready.</summary>
    string Name { get; }

    /// <summary>Null when it works, otherwise a short reason without any secret in it. Asked often: keep it cheap.</summary>
    ValueTask<string?> CheckAsync(CancellationToken cancellationToken);
}
