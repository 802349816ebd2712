namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>The provider no longer knows its page token. The adapter that pages catches it and begins again, once.</summary>
public sealed class RestartPagingException(string message) : Exception(message);
