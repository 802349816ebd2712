using System.CommandLine;

namespace Scheduler.Api.Commands.Cli;

/// <summary>Options that commands share.</summary>
internal static class CliOptions
{
    public const string UrlVariable = "SCHEDULER_API_URL";
    public const string StandardUrl = "http://127.0.0.1:8080";

    public static Option<string?> Url { get; } =
        new("--url") { Description = $"Where the API is; else {UrlVariable}, else {StandardUrl}.", Recursive = true };

    public static Option<string?> KeyFile { get; } =
        new("--key-file")
        {
            Description =
                $"A file with the key; else {CliKey.Variable}, else {CliKey.AdminVariable} of the environment.",
            Recursive = true,
        };

    public static Option<bool> Json { get; } =
        new("--json") { Description = "Shows the API's answers as JSON.", Recursive = true };

    public static Option<string?> Customer { get; } =
        new("--customer") { Description = "Whose; a customer's own key says it by itself." };

    public static Option<int> Limit { get; } =
        new("--limit") { Description = "Most rows.", DefaultValueFactory = _ => 50 };

    public static Option<string?> IdempotencyKey { get; } =
        new("--idempotency-key") { Description = "The same key asks for the same run, however often." };

    public static Option<string?> Reason { get; } = new("--reason") { Description = "Why, for whoever finds it." };

    public static Option<bool> DryRun { get; } =
        new("--dry-run") { Description = "Says what would be done, and does nothing." };

    public static Option<string?> Text(string name, string description) => new(name) { Description = description };

    public static Argument<string> Id(string name, string description) => new(name) { Description = description };
}
