namespace Scheduler.Core.Security.Secrets;

/// <summary>How far moving envelopes to a newer key version has come.</summary>
/// <param name="KeyVersion">Where they move to.</param>
/// <param name="Moved">Under the version now.</param>
/// <param name="Changed">Rotated or removed by somebody else meanwhile, and left to them.</param>
/// <param name="Unreadable">Do not open, and stay as they were.</param>
public sealed record RewrapCount(string KeyVersion, long Moved, long Changed, long Unreadable);
