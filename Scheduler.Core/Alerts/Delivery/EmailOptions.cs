namespace Scheduler.Core.Alerts.Delivery;

/// <summary>The mail server, and who is told of alerts. A class and no record: no text of it shows the password.</summary>
public sealed class EmailOptions
{
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    public required EmailTls Tls { get; init; }

    /// <summary>The sender's address.</summary>
    public required string From { get; init; }

    /// <summary>The operators' addresses; none where only pipelines' owners get mail.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    public string? Username { get; init; }

    public string? Password { get; init; }
}
