namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>A call that is answered with an error.</summary>
internal sealed class RestFailure(int status, string reason, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Reason { get; } = reason;

    public static RestFailure NotFound(string what) => new(404, "notFound", $"Not found: {what}");

    public static RestFailure Duplicate(string what) => new(409, "duplicate", $"Already Exists: {what}");

    public static RestFailure Invalid(string message) => new(400, "invalid", message);
}
