namespace Scheduler.Core.Storage;

/// <summary>A set argument: the engine serialises it as one JSON parameter.</summary>
public sealed record SqlRows(Type Type, object Rows, int Count);
