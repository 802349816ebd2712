namespace Scheduler.Api.Dashboard.Pages;

/// <summary>What a confirmation asks for beside the yes.</summary>
public enum ConfirmFields
{
    None,

    /// <summary>Why, and for how long.</summary>
    Pause,

    /// <summary>Why, and for how long of <see cref="ConfirmModel.SilenceHours"/>.</summary>
    Silence,

    /// <summary>For how long a link is good.</summary>
    Link,
}
