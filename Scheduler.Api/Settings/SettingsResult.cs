namespace Scheduler.Api.Settings;

/// <summary>What reading the settings came to.</summary>
public abstract record SettingsResult
{
    private SettingsResult() { }

    public sealed record Valid(ApiOptions Options) : SettingsResult;

    /// <summary>One line that names the first wrong setting and says what would be right; never the value of a secret.</summary>
    public sealed record Invalid(string Setting, string Message) : SettingsResult
    {
        public string Line => $"{Setting}: {Message}";
    }
}
