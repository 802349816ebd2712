using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Scheduler.Core.Pipelines;

/// <summary>Asks the settings that are checked at start before the host starts, so that a fault is one line and no stack trace.</summary>
public static class StartupSettings
{
    /// <summary>What is wrong, in one line that names the setting; null when nothing is.</summary>
    public static string? FaultIn(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
            return null;
        }
        catch (OptionsValidationException wrong)
        {
            return OneLine(wrong.Message);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(one => one is OptionsValidationException))
        {
            return OneLine(several.InnerExceptions[0].Message);
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
