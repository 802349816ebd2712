namespace Scheduler.Api.Errors;

/// <summary>The codes that an endpoint can answer with, for its OpenAPI operation.</summary>
/// <param name="Codes">In the order of the documentation.</param>
public sealed record RefusalCodes(IReadOnlyList<ErrorCode> Codes);
