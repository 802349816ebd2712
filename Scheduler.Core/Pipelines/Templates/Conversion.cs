using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>The words of <c>as</c>. With <c>const</c>, <c>map</c>, <c>default</c> and <c>scale</c> they are all there is.</summary>
[WireCase(upper: false)]
public enum Conversion
{
    /// <summary>The value as it stands; what a rule without <c>as</c> does.</summary>
    Text,

    /// <summary>UTC day of an ISO 8601 day or instant; without an offset it is UTC.</summary>
    Date,
    DateYyyymmdd,

    /// <summary>UTC day of whole seconds since 1970.</summary>
    UnixDate,
    Decimal,
    Upper,
    Lower,

    /// <summary>Checked JSON, members in the order of their names.</summary>
    Json,
}
