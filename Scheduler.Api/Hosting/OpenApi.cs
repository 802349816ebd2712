using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Scheduler.Api.Auth;
using Scheduler.Api.RateLimits;

namespace Scheduler.Api.Hosting;

/// <summary>The OpenAPI document and the page that shows it; the page's script comes from this host.</summary>
internal static class OpenApi
{
    private const string DocumentRoute = "/openapi/{documentName}.json";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            options =>
            {
                options.AddDocumentTransformer(
                    static (document, _, _) =>
                    {
                        Describe(document);
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer<OperationDocument>();
                options.AddSchemaTransformer(
                    static (schema, context, _) =>
                    {
                        WireSchemas.Apply(schema, context.JsonTypeInfo.Type);
                        return Task.CompletedTask;
                    }
                );
            }
        );

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi(DocumentRoute).Open().LimitOpenCalls();
        app.MapScalarApiReference(
                "/docs",
                page =>
                    page.WithTitle("Scheduler API")
                        .WithOpenApiRoutePattern(DocumentRoute)
                        .DisableDefaultFonts()
                        .DisableTelemetry()
                        .DisableAgent()
                        .DisableMcp()
                        .HideClientButton()
            )
            .Open()
            .WithMetadata(ContentPolicy.OwnPage)
            .ExcludeFromDescription();
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Scheduler API",
            Version = "v1",
            Description =
                "Plans, queues and runs the pipelines of many customers. JSON in snake_case, times in UTC (RFC 3339). "
                + "Every refusal is application/problem+json with an error_code and a request_id. "
                + "Lists are arrays; the next page is in the Link header.",
        };
        // The address that the document was fetched from would be written in; a relative one is right everywhere.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [nameof(CallerKind.Customer)] = Key(PresentedKey.CustomerHeader, "A customer's key."),
            [nameof(CallerKind.Worker)] = Key(PresentedKey.WorkerHeader, "The key of the workers: their calls only."),
            [nameof(CallerKind.Admin)] = Key(PresentedKey.AdminHeader, "The operators' key."),
            [nameof(CallerKind.Trigger)] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A signed token of the account that may trigger, where the operator has set one.",
            },
        };
    }

    private static OpenApiSecurityScheme Key(string header, string description) =>
        new()
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = header,
            Description = description,
        };
}
