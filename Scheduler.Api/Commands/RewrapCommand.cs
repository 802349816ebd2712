using Microsoft.Extensions.Options;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Api.Commands;

/// <summary>
/// The operator's command <c>rewrap</c>: moves every envelope to the newest version of the wrapping key and ends.
/// <c>--new-key</c> adds a version to the local key file first. The settings are those of the API.
/// </summary>
internal static class RewrapCommand
{
    private const string Word = "rewrap";
    private const string NewKey = "--new-key";
    private const int Failed = 1;
    private const int WrongSetting = 2;

    public static bool IsAsked(string[] args) => args is [Word, ..];

    /// <returns>The exit code: 0 when nothing is left under an older version.</returns>
    public static async Task<int> RunAsync(WebApplication app, string[] args)
    {
        if (args.Skip(1).FirstOrDefault(word => word != NewKey) is not null)
        {
            await Console.Error.WriteLineAsync($"{Word} knows {NewKey} only.");
            return WrongSetting;
        }
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            if (args.Contains(NewKey) && !await AddKeyAsync(app.Services))
            {
                return WrongSetting;
            }
            var rewrap = app.Services.GetRequiredService<SecretRewrap>();
            var count = await rewrap.RunAsync(Tell, stop.Token);
            Console.WriteLine(
                $"Done: {count.Moved} moved to {count.KeyVersion}, {count.Changed} changed meanwhile, {count.Unreadable} do not open."
            );
            return count.Unreadable == 0 ? 0 : Failed;
        }
        catch (CipherUnavailableException unavailable)
        {
            await Console.Error.WriteLineAsync($"{unavailable.Message} Start it again later; what is done stays done.");
            return Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. Start it again; what is done stays done.");
            return Failed;
        }
    }

    private static void Tell(RewrapCount count) =>
        Console.WriteLine($"{count.Moved} moved, {count.Changed} changed meanwhile, {count.Unreadable} do not open");

    private static async Task<bool> AddKeyAsync(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SecretOptions>>().Value;
        if (options.KmsKey is { Length: > 0 })
        {
            await Console.Error.WriteLineAsync(
                $"{NewKey} is for the local key file; Cloud KMS makes its own versions."
            );
            return false;
        }
        Console.WriteLine($"Added {LocalKeys.Add(options.KeyFile ?? SecretOptions.DefaultKeyFile)}.");
        return true;
    }
}
