using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>One step of a template.</summary>
public abstract record TemplateStep
{
    private TemplateStep() { }

    /// <summary>Reads the source, page by page.</summary>
    /// <param name="Adapter">Registered name of the adapter.</param>
    /// <param name="Options">The adapter's options: a value, or the name of a parameter.</param>
    public sealed record Extract(string Adapter, IReadOnlyDictionary<string, OptionValue> Options) : TemplateStep;

    /// <summary>Turns the source's columns into those of the table that is loaded.</summary>
    public sealed record Normalise : TemplateStep
    {
        public TargetTable Table { get; init; } = TargetTable.Costs;
        public required IReadOnlyList<ColumnRule> Columns { get; init; }

        /// <summary>Target columns without which a source is refused.</summary>
        public required IReadOnlyList<string> Required { get; init; }

        /// <summary>True fails on source columns that no rule names; false keeps them in <c>x_extra</c>.</summary>
        public bool FailOnUnmapped { get; init; }
        public EstimatedRule Estimated { get; init; }

        /// <summary>A day is final only when so many days have passed after it.</summary>
        public int SettleDays { get; init; }
    }

    /// <summary>Replaces the window in a table.</summary>
    public sealed record Load : TemplateStep
    {
        public LoadTable Table { get; init; }

        /// <summary>Parameters of which the first one set is the source account of the window key.</summary>
        public required IReadOnlyList<string> SourceAccount { get; init; }

        /// <summary>0 to 100.</summary>
        public required int ShrinkPercent { get; init; }

        /// <summary>The parameter that lets a shrunken window pass, if any.</summary>
        public string? ForceParameter { get; init; }
    }

    /// <summary>Does nothing for a while, then ends as asked. Each member names a parameter.</summary>
    public sealed record Probe : TemplateStep
    {
        public required string DurationMs { get; init; }
        public required string FailWith { get; init; }
        public required string FailAttempts { get; init; }
        public required string RetryAfterSeconds { get; init; }
        public required string Message { get; init; }
    }
}
