using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Hosting;

/// <summary>Schemas of the types that have a converter of their own, of which the generator knows nothing.</summary>
internal static class WireSchemas
{
    public static void Apply(OpenApiSchema schema, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var nullable = type == declared ? default : JsonSchemaType.Null;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Enum = [.. Words(type).Select(word => (JsonNode)JsonValue.Create(word))];
        }
        else if (type == typeof(Instant) || type == typeof(OffsetDateTime))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Format = "date-time";
        }
        else if (type == typeof(LocalDate))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Format = "date";
        }
    }

    private static IReadOnlyList<string> Words(Type type) =>
        (IReadOnlyList<string>)typeof(Wire).GetMethod(nameof(Wire.Words))!.MakeGenericMethod(type).Invoke(null, null)!;
}
