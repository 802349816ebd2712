namespace Scheduler.Worker;

/// <summary>A setting that is missing or wrong. The message is one line: the setting's name and what would be right.</summary>
internal sealed class SettingException(string setting, string expected) : Exception($"{setting} {expected}");
