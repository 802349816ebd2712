using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Scheduler.Api.Hosting;
using Scheduler.Core.Datasets;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Errors;

/// <summary>
/// The one place where exceptions become answers. Expected outcomes are results; what arrives here is a request that
/// cannot be bound, infrastructure that is down, a caller who left, or a bug, of which the answer tells nothing.
/// </summary>
internal sealed partial class ProblemDetailsExceptionHandler(ILogger<ProblemDetailsExceptionHandler> logger)
    : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(
        HttpContext context,
        Exception exception,
        CancellationToken cancellation
    )
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return true;
        }
        await Answer(exception).ExecuteAsync(context);
        return true;
    }

    private SchedulerProblem Answer(Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return Unreadable(bad);
            case StorageUnavailableException or DatasetUnavailableException:
                LogMessages.StorageUnavailable(logger, exception);
                return SchedulerProblem.Create(ErrorCode.StorageUnavailable);
            case StoreBusyException:
                LogMessages.StoreBusy(logger);
                return SchedulerProblem.Create(ErrorCode.StoreBusy);
            case CipherUnavailableException:
                LogMessages.KeyServiceUnavailable(logger, exception);
                return SchedulerProblem.Create(ErrorCode.KeyServiceUnavailable);
            default:
                LogMessages.UnhandledException(logger, exception);
                return SchedulerProblem.Create(ErrorCode.InternalError);
        }
    }

    /// <summary>The framework's text names C# types and repeats the value; only the parameter's name is taken from it.</summary>
    private static SchedulerProblem Unreadable(BadHttpRequestException bad)
    {
        var parameter = BoundParameter().Match(bad.Message);
        if (bad.StatusCode != StatusCodes.Status400BadRequest || !parameter.Success)
        {
            return SchedulerProblem.Create(ErrorCatalog.ForStatus(bad.StatusCode));
        }
        var fault = parameter.Groups["missing"].Success ? "is missing" : Expected(parameter.Groups["type"].Value);
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value);
        return SchedulerProblem.Create(ErrorCode.InvalidQuery, $"{name} {fault}.");
    }

    private static string Expected(string type) =>
        type switch
        {
            _ when type.Contains("bool", StringComparison.Ordinal) => "must be true or false",
            _ when type.Contains("int", StringComparison.Ordinal) => "must be a whole number",
            _ => "has a wrong form",
        };

    [GeneratedRegex(
        """\A(Failed to bind|(?<missing>Required)) parameter "(?<type>[^"]*) (?<name>[A-Za-z_]\w*)" (from|was not provided)""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex BoundParameter();
}
