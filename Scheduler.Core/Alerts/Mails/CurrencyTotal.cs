namespace Scheduler.Core.Alerts.Mails;

/// <summary>A sum of money.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Billed">As billed.</param>
public sealed record CurrencyTotal(string Currency, decimal Billed);
