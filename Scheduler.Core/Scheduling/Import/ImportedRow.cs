using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>What the store made of a row.</summary>
/// <param name="Nth">As it was sent.</param>
/// <param name="ConfigId">Of the pipeline that is there now.</param>
/// <param name="IsActive">As the line says.</param>
/// <param name="Refusal">NO_CUSTOMER or TOO_MANY; null unless refused.</param>
public sealed record ImportedRow(int Nth, string ConfigId, bool IsActive, ImportLineStatus Status, string? Refusal);
