using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>What an extraction needs to be let in: <c>none</c>, a credential type, or <c>TYPE optional</c>.</summary>
/// <param name="Type">Null where none is used.</param>
/// <param name="IsRequired">Whether a run fails without one.</param>
public sealed record CredentialNeed(CredentialType? Type, bool IsRequired)
{
    private const string Optional = " optional";

    /// <summary>For messages that say what would be right.</summary>
    public static string Words { get; } =
        $"none, {string.Join(", ", Wire.Words<CredentialType>())}, the latter also followed by 'optional'";

    /// <summary>Null when the text is no need.</summary>
    public static CredentialNeed? TryParse(string text)
    {
        var isOptional = text.EndsWith(Optional, StringComparison.Ordinal);
        var word = isOptional ? text[..^Optional.Length] : text;
        return text == "none" ? new CredentialNeed(null, IsRequired: false)
            : Wire.Words<CredentialType>().Contains(word) ? new(Wire.Parse<CredentialType>(word), !isOptional)
            : null;
    }
}
