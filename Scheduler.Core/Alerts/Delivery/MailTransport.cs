using System.Net.Security;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Hands mails to the mail server of the settings, one connection a mail.</summary>
/// <param name="options">The server.</param>
/// <param name="trust">Judges its certificate; null for the system's own judgement.</param>
public sealed class MailTransport(EmailOptions options, RemoteCertificateValidationCallback? trust = null)
{
    private const int LongestReason = 200;

    /// <param name="deliveryId">Makes the Message-Id: a mail that is sent twice has it twice.</param>
    /// <param name="to">At least one usable address.</param>
    /// <param name="subject">One line.</param>
    /// <param name="text">Plain text.</param>
    /// <exception cref="DeliveryFailedException">The server has not taken it for anybody.</exception>
    public async Task SendAsync(
        string deliveryId,
        IReadOnlyList<string> to,
        string subject,
        string text,
        CancellationToken cancellationToken
    )
    {
        var message = Message(deliveryId, to, subject, text);
        using var client = new TolerantClient();
        if (trust is not null)
        {
            client.ServerCertificateValidationCallback = trust;
        }
        // As .NET's own HTTP client: revocation lists are not asked for, which closed networks do not reach.
        client.CheckCertificateRevocation = false;
        try
        {
            await client.ConnectAsync(options.Host, options.Port, Security(options.Tls), cancellationToken);
            if (options.Username is { } user)
            {
                await client.AuthenticateAsync(user, options.Password ?? "", cancellationToken);
            }
            await client.SendAsync(message, cancellationToken);
        }
        catch (Exception exception) when (Reason(exception) is { } reason)
        {
            throw new DeliveryFailedException(reason, cause: exception);
        }
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException || Reason(exception) is not null)
        {
            // The mail is taken; a goodbye that fails changes nothing of that.
        }
    }

    private MimeMessage Message(string deliveryId, IReadOnlyList<string> to, string subject, string text)
    {
        var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(options.From));
        foreach (var address in to)
        {
            if (MailboxAddress.TryParse(address, out var mailbox))
            {
                message.To.Add(mailbox);
            }
        }
        if (message.To.Count == 0)
        {
            throw new DeliveryFailedException("None of the addresses can be written to.");
        }
        var domain = options.From[(options.From.LastIndexOf('@') + 1)..].TrimEnd('>');
        message.MessageId = $"{deliveryId}@{domain}";
        message.Subject = OneLine(subject);
        // So that no out-of-office note answers it (RFC 3834).
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new TextPart("plain") { Text = text };
        return message;
    }

    private static string OneLine(string text) =>
        new([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);

    private static SecureSocketOptions Security(EmailTls tls) =>
        tls switch
        {
            EmailTls.StartTls => SecureSocketOptions.StartTls,
            EmailTls.Implicit => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        };

    /// <summary>Null for what is no failure of the exchange.</summary>
    private string? Reason(Exception exception) =>
        exception switch
        {
            SmtpCommandException refused =>
                $"The mail server refused with {(int)refused.StatusCode}: {Clean(refused.Message)}",
            AuthenticationException => "The mail server did not accept the user name and password.",
            SslHandshakeException => "TLS with the mail server failed; is its certificate valid for its name?",
            NotSupportedException => "The mail server does not offer what the settings ask for (TLS, login).",
            SmtpProtocolException or ServiceNotConnectedException or ProtocolException =>
                "The mail server broke off or said something unexpected.",
            SocketException or IOException or TimeoutException => "The mail server could not be reached.",
            _ => null,
        };

    /// <summary>A server may repeat what it was told.</summary>
    private string Clean(string text)
    {
        if (options.Password is { Length: > 0 } password)
        {
            text = text.Replace(password, "***", StringComparison.Ordinal);
        }
        return OneLine(text.Length > LongestReason ? text[..LongestReason] : text);
    }

    /// <summary>One address that the server does not take does not keep the mail from the others.</summary>
    private sealed class TolerantClient : SmtpClient
    {
        protected override void OnRecipientNotAccepted(
            MimeMessage message,
            MailboxAddress mailbox,
            SmtpResponse response
        )
        {
            // Where none is left, OnNoRecipientsAccepted throws.
        }
    }
}
