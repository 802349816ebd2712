using System.Net;
using NodaTime;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Net;

namespace Scheduler.Api.Settings;

/// <summary>Reads who is told of alerts and outcomes; nobody is by default. No message repeats a value, which may be a secret.</summary>
internal static class AlertSettings
{
    private const string Email = "Scheduler__Alerts__Email__";
    private const string Host = Email + "Host";
    private const string Port = Email + "Port";
    private const string From = Email + "From";
    private const string To = Email + "To";
    private const string Username = Email + "Username";
    private const string Password = Email + "Password";
    private const string Tls = Email + "Tls";
    private const string Slack = "Scheduler__Alerts__Slack__WebhookUrl";
    private const string Webhook = "Scheduler__Alerts__Webhook__Url";
    private const string Secret = "Scheduler__Alerts__Webhook__Secret";
    private const string PublicUrl = "Scheduler__PublicUrl";

    private const int FewestSecretLetters = 32;
    private const int MostAddresses = 20;

    public static AlertOptions Read(SettingsReader read, int latenessObjectiveSeconds) =>
        new()
        {
            LatenessObjective = Duration.FromSeconds(latenessObjectiveSeconds),
            Email = ReadEmail(read),
            Slack = ReadTarget(read, Slack) is { } slack ? new SlackOptions { Webhook = slack } : null,
            Webhook = ReadWebhook(read),
            PublicUrl = ReadPublicUrl(read),
        };

    private static EmailOptions? ReadEmail(SettingsReader read)
    {
        if (read.Text(Host) is not { } host)
        {
            if (
                new[] { Port, From, To, Username, Password, Tls }.FirstOrDefault(name => read.Text(name) is not null) is
                { } other
            )
            {
                read.Refuse(Host, $"is missing while {other} is there.");
            }
            return null;
        }
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            read.Refuse(Host, "must be the name or address of a mail server, without scheme and port.");
        }
        var tls = read.Choice(Tls, EmailTls.StartTls);
        var from = read.Text(From);
        if (from is null || !EmailAddress.IsValid(from))
        {
            read.Refuse(From, "must be the e-mail address that mails come from.");
        }
        var to = read.Text(To)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (to.Length > MostAddresses || !to.All(EmailAddress.IsValid))
        {
            read.Refuse(To, $"must be at most {MostAddresses} e-mail addresses with commas between them.");
        }
        var (user, password) = (read.Text(Username), read.Text(Password));
        if ((user is null) != (password is null))
        {
            read.Refuse(
                user is null ? Username : Password,
                $"is missing while {(user is null ? Password : Username)} is there."
            );
        }
        if (tls == EmailTls.None && user is not null && !IsLoopback(host))
        {
            read.Refuse(Tls, "must be StartTls or Implicit where a password is sent to another host.");
        }
        return new EmailOptions
        {
            Host = host,
            Port = read.Whole(Port, tls == EmailTls.Implicit ? 465 : 587, 1, 65_535),
            Tls = tls,
            From = from ?? "",
            To = to,
            Username = user,
            Password = password,
        };
    }

    private static WebhookOptions? ReadWebhook(SettingsReader read)
    {
        var secrets = read.Text(Secret)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (read.Text(Webhook) is null)
        {
            if (secrets.Length > 0)
            {
                read.Refuse(Webhook, $"is missing while {Secret} is there.");
            }
            return null;
        }
        if (secrets.Length is 0 or > 2 || secrets.Any(secret => secret.Length < FewestSecretLetters))
        {
            read.Refuse(
                Secret,
                $"must be a secret of at least {FewestSecretLetters} characters, or two with a comma between them while it is changed."
            );
        }
        return ReadTarget(read, Webhook) is { } target
            ? new WebhookOptions { Target = target, Secrets = secrets }
            : null;
    }

    private static OutboundTarget? ReadTarget(SettingsReader read, string setting)
    {
        if (read.Text(setting) is not { } text)
        {
            return null;
        }
        if (OutboundTarget.TryParse(text, out var target) is { } refusal)
        {
            read.Refuse(setting, $"{refusal}.");
        }
        return target;
    }

    private static string? ReadPublicUrl(SettingsReader read)
    {
        if (read.Text(PublicUrl) is not { } text)
        {
            return null;
        }
        if (OutboundUrl.TryParse(text, out var url) is not null || url!.Address.Query.Length > 0)
        {
            read.Refuse(
                PublicUrl,
                "must be the address by which people reach this API, such as https://scheduler.example.com."
            );
        }
        return text.TrimEnd('/');
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}
