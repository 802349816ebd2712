using Microsoft.AspNetCore.Http.Metadata;

namespace Scheduler.Api.Bodies;

/// <summary>
/// Endpoint metadata: bodies that hold many entries may be larger than the setting allows in general. The framework
/// raises the server's own limit by it.
/// </summary>
/// <param name="Bytes">The endpoint's limit, where the general one is not larger still.</param>
public sealed record BodyLimit(int Bytes) : IRequestSizeLimitMetadata
{
    /// <summary>1,000 heartbeats: about 150 bytes each, and some to spare.</summary>
    public static readonly BodyLimit Leases = new(1024 * 1024);

    /// <summary>1,000 results with an error message of 2,000 characters each, in any script.</summary>
    public static readonly BodyLimit Results = new(8 * 1024 * 1024);

    /// <inheritdoc/>
    public long? MaxRequestBodySize => Bytes;

    public int Over(int standard) => Math.Max(Bytes, standard);
}
