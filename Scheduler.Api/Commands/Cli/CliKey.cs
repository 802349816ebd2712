using System.Text.RegularExpressions;
using Scheduler.Api.Auth;

namespace Scheduler.Api.Commands.Cli;

/// <summary>The key that calls are made with, and the header that it belongs in. Its text is never shown.</summary>
internal sealed partial record CliKey(string Header, string Value, string? Customer)
{
    public const string Variable = "SCHEDULER_API_KEY";
    public const string AdminVariable = "ADMIN_KEY";

    /// <summary>From the file, else from the environment; null where there is none.</summary>
    /// <exception cref="CliFailure">The file cannot be read, or what is there is no key.</exception>
    public static CliKey? Read(string? file, Func<string, string?> variable)
    {
        if (file is not null)
        {
            return Of(FirstLine(file), "the key file");
        }
        if (variable(Variable) is { Length: > 0 } own)
        {
            return Of(own, Variable);
        }
        // The API takes two while the key is changed; the first is the current one.
        return variable(AdminVariable) is { Length: > 0 } admin ? Of(admin.Split(',')[0], AdminVariable) : null;
    }

    public override string ToString() => Header;

    private static CliKey Of(string text, string source)
    {
        var key = text.Trim();
        if (key.Length == 0 || !key.All(letter => letter is > ' ' and <= '~'))
        {
            throw new CliFailure(
                $"What is in {source} is no key: printable ASCII characters without spaces.",
                CliFailure.Misused
            );
        }
        return CustomersKey().Match(key) is { Success: true } found
            ? new(PresentedKey.CustomerHeader, key, found.Groups[1].Value)
            : new(PresentedKey.AdminHeader, key, null);
    }

    private static string FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliFailure($"The key file {file} cannot be read.", CliFailure.Misused);
        }
    }

    [GeneratedRegex(@"\A([a-zA-Z0-9_]{3,50})_api_[A-Za-z0-9_-]{32}\z")]
    private static partial Regex CustomersKey();
}
