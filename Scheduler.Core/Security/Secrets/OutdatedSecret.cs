namespace Scheduler.Core.Security.Secrets;

/// <summary>An envelope whose data key is not under the newest key version.</summary>
public sealed record OutdatedSecret(SecretBinding Binding, byte[] Envelope);
