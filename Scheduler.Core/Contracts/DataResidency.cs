namespace Scheduler.Core.Contracts;

/// <summary>Where a customer's data may lie.</summary>
[WireCase(upper: true)]
public enum DataResidency
{
    Us,
    Eu,
    Apac,
}
