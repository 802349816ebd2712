namespace Scheduler.Core.Storage;

/// <summary>An applied migration no longer reads as it did when it was applied.</summary>
public sealed class SchemaDriftException(string message) : Exception(message);
