namespace Scheduler.Api.Dashboard;

/// <summary>In which order a list is shown, and in which it can be.</summary>
/// <param name="Sort">A column's name, with a minus before it for the other way round; null for an order that no column has.</param>
/// <param name="Offered">What <paramref name="Sort"/> can be; null for every column, either way.</param>
public sealed record ListOrder(string? Sort, IReadOnlyList<string>? Offered)
{
    public bool Offers(string sort) => Offered is null || Offered.Contains(sort);
}
