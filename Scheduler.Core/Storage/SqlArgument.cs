namespace Scheduler.Core.Storage;

/// <summary>One named argument of an operation.</summary>
public readonly record struct SqlArgument(string Name, SqlType Type, object? Value);
