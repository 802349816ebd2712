using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Hosting;

/// <summary>Writes into each operation what its metadata says: who may call it, with which scope, what it refuses.</summary>
internal sealed class OperationDocument : IOpenApiOperationTransformer
{
    public async Task TransformAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<AccessDeclaration>().LastOrDefault() is { } access)
        {
            Secure(operation, access, context.Document!);
        }
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemResponse), null, cancellationToken);
        context.Document!.AddComponent(nameof(ProblemResponse), problem);
        var codes = metadata.OfType<RefusalCodes>().SelectMany(refusals => refusals.Codes).Distinct();
        foreach (var group in codes.GroupBy(code => ErrorCatalog.Of(code).Status).OrderBy(group => group.Key))
        {
            AddProblem(operation, context.Document!, group.Key, group);
        }
    }

    private static void Secure(OpenApiOperation operation, AccessDeclaration access, OpenApiDocument document)
    {
        operation.Security =
        [
            .. access.Kinds.Select(kind => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(kind.ToString(), document)] = [],
            }),
        ];
        if (access.Scope is { } scope)
        {
            operation.Description = $"{operation.Description}\n\nA customer's key needs the scope `{scope}`.".Trim();
        }
    }

    private static void AddProblem(
        OpenApiOperation operation,
        OpenApiDocument document,
        int status,
        IEnumerable<ErrorCode> codes
    )
    {
        var words = codes.Select(code => $"{Wire.Name(code)}: {ErrorCatalog.Of(code).Title}").ToList();
        var schema = new OpenApiSchemaReference(nameof(ProblemResponse), document);
        operation.Responses ??= [];
        operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
        {
            Description = string.Join("\n", words),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [SchedulerProblem.ContentType] = new() { Schema = schema },
            },
        };
    }
}
