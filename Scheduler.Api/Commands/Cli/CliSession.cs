using System.CommandLine;

namespace Scheduler.Api.Commands.Cli;

/// <summary>One command while it runs: what was asked, the API, and the screen.</summary>
internal sealed class CliSession : IDisposable
{
    private readonly ParseResult asked;
    private readonly CliKey? key;

    private CliSession(ParseResult asked, CliSurroundings surroundings, Uri url, CliKey? key)
    {
        this.asked = asked;
        this.key = key;
        Surroundings = surroundings;
        Api = new CliApi(url, key, surroundings.Handler);
        Screen = new CliScreen(surroundings, asked.GetValue(CliOptions.Json));
    }

    public CliSurroundings Surroundings { get; }

    public CliApi Api { get; }

    public CliScreen Screen { get; }

    /// <summary>The customer that the command or the key names.</summary>
    /// <exception cref="CliFailure">Neither does.</exception>
    public string Customer =>
        CustomerOrAll
        ?? throw new CliFailure("Say whose: --customer <id>, or a customer's own key.", CliFailure.Misused);

    public string? CustomerOrAll => asked.GetValue(CliOptions.Customer) ?? key?.Customer;

    /// <summary>Below which the customer's schedules lie.</summary>
    public string CustomerPath => $"/api/v1/scheduler/customer/{CliApi.Part(Customer)}";

    public T Value<T>(Option<T> option) => asked.GetValue(option)!;

    public string Value(Argument<string> argument) => asked.GetValue(argument)!;

    /// <exception cref="CliFailure">The address is none, or what should hold a key does not.</exception>
    public static CliSession Open(ParseResult asked, CliSurroundings surroundings)
    {
        var text =
            asked.GetValue(CliOptions.Url)
            ?? (surroundings.Variable(CliOptions.UrlVariable) is { Length: > 0 } set ? set : CliOptions.StandardUrl);
        var isRight =
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { UserInfo: "", Query: "", Fragment: "" };
        // The text is not repeated: somebody may have put a password into it.
        return isRight
            ? new CliSession(
                asked,
                surroundings,
                url!,
                CliKey.Read(asked.GetValue(CliOptions.KeyFile), surroundings.Variable)
            )
            : throw new CliFailure(
                $"--url or {CliOptions.UrlVariable} must be an http or https address like {CliOptions.StandardUrl}.",
                CliFailure.Misused
            );
    }

    public void Dispose() => Api.Dispose();
}
