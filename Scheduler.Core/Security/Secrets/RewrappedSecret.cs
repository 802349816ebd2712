namespace Scheduler.Core.Security.Secrets;

/// <summary>An envelope under a newer key version, and the one that it replaces; both in hex, as a set travels in JSON.</summary>
public sealed record RewrappedSecret(string Id, string Was, string Envelope, string KeyVersion);
