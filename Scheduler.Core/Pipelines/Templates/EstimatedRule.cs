using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>When a line is flagged as not final, besides what the source itself says.</summary>
[WireCase(upper: false)]
public enum EstimatedRule
{
    Never,

    /// <summary>The UTC day of the run, and later ones.</summary>
    Today,

    /// <summary>Every day of an invoice month that is not over.</summary>
    OpenPeriod,
}
