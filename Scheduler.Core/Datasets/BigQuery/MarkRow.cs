namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>A watermark as the scripts take and give it.</summary>
internal sealed record MarkRow(string Mark, string Value);
