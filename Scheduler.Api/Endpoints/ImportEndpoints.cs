using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Hosting;
using Scheduler.Api.Import;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Import;

namespace Scheduler.Api.Endpoints;

/// <summary>Many pipelines of many customers in one call.</summary>
internal static class ImportEndpoints
{
    private const string Lines = "application/x-ndjson";

    public static void MapImport(this IEndpointRouteBuilder app, ApiOptions options) =>
        app.MapPost("/api/v1/scheduler/import", ImportAsync)
            .WithTags("Scheduler")
            .WithName("ImportPipelines")
            .WithSummary(
                "Makes and changes pipelines: one a line with its customer_id, an answer a line, as they come."
            )
            .RequireAdmin()
            .Accepts<ImportPipelineRequest>(Lines)
            .Produces<ImportLineResponse>(StatusCodes.Status200OK, Lines)
            .WithMetadata(new BodyLimit(options.ImportMaxBytes))
            .WithRequestTimeout(ServerLimits.Import)
            .Refuses(ErrorCode.PayloadTooLarge, ErrorCode.UnsupportedMediaType);

    private static async Task<IResult> ImportAsync(
        HttpContext context,
        ApiOptions options,
        PipelineImport import,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        if (context.Request.ContentLength > options.ImportMaxBytes)
        {
            return SchedulerProblem.Create(
                ErrorCode.PayloadTooLarge,
                $"The body of an import has at most {options.ImportMaxBytes} bytes."
            );
        }
        // A caller may send everything before it reads anything.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
        // The stream below knows the limit better: it ends with an answer, where the server would cut the connection.
        if (
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is
            { IsReadOnly: false } size
        )
        {
            size.MaxRequestBodySize = null;
        }
        context.Response.ContentType = Lines;
        using var lines = new LineReader(context.Request.BodyReader, options.MaxBodyBytes, options.ImportMaxBytes);
        using var answers = new AnswerSpool();
        var copying = answers.CopyToAsync(context.Response, cancellation);
        try
        {
            await new ImportStream(import, lines, answers, caller.AsActor()).RunAsync(
                context.TraceIdentifier,
                cancellation
            );
        }
        finally
        {
            await copying;
        }
        return Results.Empty;
    }
}
