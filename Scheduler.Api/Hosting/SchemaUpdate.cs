using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>Brings the schema up to date before anything else uses the store.</summary>
internal static class SchemaUpdate
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    /// <summary>Null when it is done, else one line that names the setting to look at.</summary>
    public static async Task<string?> RunAsync(WebApplication app)
    {
        var engine = app.Services.GetRequiredService<ISqlEngine>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        try
        {
            var update = Task.Run(() => engine.MigrateAsync(CancellationToken.None));
            if (await Task.WhenAny(update, Task.Delay(Quick, time)) != update)
            {
                LogMessages.Migrating(app.Logger);
            }
            await update;
            return null;
        }
        catch (Exception failure)
            when (failure
                    is StorageUnavailableException
                        or SchemaDriftException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return $"Scheduler__Storage__ConnectionString: {failure.Message.ReplaceLineEndings(" ")}";
        }
    }
}
