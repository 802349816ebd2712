using NodaTime;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>A link to a customer's own page, shown once.</summary>
/// <param name="Url">With the address by which the operator reaches the dashboard.</param>
public sealed record LinkModel(string CustomerId, string Url, Instant Until);
