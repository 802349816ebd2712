namespace Scheduler.Tests.Pipelines.Files;

/// <summary>What a <see cref="RawServer"/> does when its reply is out.</summary>
internal enum AfterReply
{
    Close,
    Reset,
    Wait,
}
