using System.Text.RegularExpressions;

namespace Scheduler.Core.Contracts;

/// <summary>
/// The form of an e-mail address that mail is sent to: the one of the HTML standard ("valid e-mail address"), so no display name, no
/// quotes, no comma, no blank, no line break, and nothing but ASCII (a name in other letters is written in its <c>xn--</c> form).
/// </summary>
public static partial class EmailAddress
{
    private const int Longest = 320;

    /// <summary>Whether mail can be sent to it as it stands.</summary>
    public static bool IsValid(string? text) => text is { Length: <= Longest } && Form().IsMatch(text);

    [GeneratedRegex(
        @"\A[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z"
    )]
    private static partial Regex Form();
}
