using System.Text.RegularExpressions;
using Scheduler.Api.Auth;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>Names every request, in the answer and in the log, and logs one line when it is done.</summary>
internal sealed partial class RequestTrace(RequestDelegate next, TimeProvider time, ILogger<RequestTrace> logger)
{
    public const string Header = "X-Request-Id";

    public async Task InvokeAsync(HttpContext context)
    {
        var id = Accepted(context.Request.Headers[Header].ToString()) ?? Guid.CreateVersion7().ToString("N");
        context.TraceIdentifier = id;
        // Set when the answer starts: the exception handler clears headers that stand there before.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = id;
            return Task.CompletedTask;
        });
        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("request_id", id) });
        var started = time.GetTimestamp();
        await next(context);
        LogMessages.Request(
            logger,
            new RequestLine(
                context.Request.Method,
                context.Request.Path.ToUriComponent(),
                context.Response.StatusCode,
                time.GetElapsedTime(started),
                CurrentCaller.Of(context).KeyId
            )
        );
    }

    /// <summary>A caller's own id is taken when it is short and plain, else a new one is made.</summary>
    private static string? Accepted(string presented) => Plain().IsMatch(presented) ? presented : null;

    [GeneratedRegex(@"\A[A-Za-z0-9._:/+=-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
