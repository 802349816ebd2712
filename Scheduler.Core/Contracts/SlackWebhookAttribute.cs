using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>An incoming webhook of Slack, its mask, or nothing. Slack's own hosts only: the URL is called from within.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SlackWebhookAttribute : ValidationAttribute
{
    private static readonly string[] Hosts = ["hooks.slack.com", "hooks.slack-gov.com"];

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not string text || text is "" or ProviderConfigFields.Masked || IsWebhook(text)
            ? ValidationResult.Success
            : new("Must be an incoming webhook, https://hooks.slack.com/services/…, of at most 500 characters.");

    private static bool IsWebhook(string text) =>
        text.Length <= 500
        && text.All(letter => letter is > ' ' and < '\x7f')
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address is { Scheme: "https", IsDefaultPort: true, UserInfo: "", Fragment: "", AbsolutePath.Length: > 1 }
        && Hosts.Contains(address.IdnHost);
}
