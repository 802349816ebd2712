using Microsoft.AspNetCore.Connections;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Hosting;

/// <summary>Starts the process, which needs its port.</summary>
internal static class Listening
{
    /// <summary>Null when it has started, else one line that names the setting to look at.</summary>
    public static async Task<string?> StartAsync(WebApplication app, ApiOptions options)
    {
        try
        {
            await app.StartAsync();
            return null;
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            return $"PORT: {options.Port} is in use by another program. Set PORT to a free one.";
        }
    }
}
