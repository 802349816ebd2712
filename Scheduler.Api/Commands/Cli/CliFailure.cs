namespace Scheduler.Api.Commands.Cli;

/// <summary>Why a command ends without having done what it was asked to; its message is for the user, a line or more.</summary>
internal sealed class CliFailure(string message, int exitCode = CliFailure.Refused) : Exception(message)
{
    /// <summary>The API refused or failed.</summary>
    public const int Refused = 1;

    /// <summary>The command was not understood.</summary>
    public const int Misused = 2;

    public int ExitCode => exitCode;
}
