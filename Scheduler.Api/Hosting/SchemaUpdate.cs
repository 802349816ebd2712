using Scheduler.Api.Settings;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Hosting;

/// <summary>Brings the schema up to date before anything else uses the store.</summary>
internal static class SchemaUpdate
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    /// <summary>Null when it is done, else one line that names the setting to look at.</summary>
    public static async Task<string?> RunAsync(WebApplication app)
    {
        var engine = app.Services.GetRequiredService<ISqlEngine>();
        var setting = app.Services.GetRequiredService<ApiOptions>().Storage.Setting;
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
                        or BigQueryRefusedException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return $"{setting}: {failure.Message.ReplaceLineEndings(" ")}";
        }
    }
}
