namespace Scheduler.Api.Settings;

/// <summary>How log lines are written to the console.</summary>
public enum LogFormat
{
    /// <summary>One readable line an event.</summary>
    Text,

    /// <summary>One JSON object a line, with the field names that Google Cloud Logging understands.</summary>
    Json,
}
