namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Credentials that were lent for a while have run out; whoever lent them can renew them.</summary>
public sealed class CredentialsExpiredException(string message) : Exception(message);
