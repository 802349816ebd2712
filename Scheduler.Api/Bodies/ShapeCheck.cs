using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Bodies;

/// <summary>Compares a parsed body with its contract: unknown names, missing ones, nulls and values of another type.</summary>
internal static class ShapeCheck
{
    public static void Check(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckObject(element, type, path, errors);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                CheckItems(element, type, path, errors);
                break;
            case JsonTypeInfoKind.Object:
                errors.Add(path, "Must be an object.");
                break;
            case JsonTypeInfoKind.Enumerable:
                errors.Add(path, "Must be a list.");
                break;
            default:
                CheckValue(element, type.Type, path, errors);
                break;
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        var known = type.Properties.Where(property => property.Set is not null).ToDictionary(property => property.Name);
        foreach (var member in element.EnumerateObject())
        {
            if (!known.TryGetValue(member.Name, out var property))
            {
                errors.Add(prefix + Shown(member.Name), "Is not a field of this call.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                Check(member.Value, type.Options.GetTypeInfo(property.PropertyType), prefix + member.Name, errors);
            }
            else if (!property.IsSetNullable)
            {
                errors.Add(prefix + member.Name, "Must not be null.");
            }
        }
        foreach (var missing in type.Properties.Where(property => property.IsRequired))
        {
            if (!element.TryGetProperty(missing.Name, out _))
            {
                errors.Add(prefix + missing.Name, "Is required.");
            }
        }
    }

    private static void CheckItems(JsonElement element, JsonTypeInfo type, string path, BodyErrors errors)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType ?? typeof(object));
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            var place = $"{path}[{index++}]";
            if (item.ValueKind == JsonValueKind.Null)
            {
                errors.Add(place, "Must not be null.");
            }
            else
            {
                Check(item, itemType, place, errors);
            }
        }
    }

    private static void CheckValue(JsonElement element, Type type, string path, BodyErrors errors)
    {
        try
        {
            _ = element.Deserialize(type, WireJson.Options);
        }
        catch (JsonException wrong)
        {
            errors.Add(path, Expected(Nullable.GetUnderlyingType(type) ?? type, wrong));
        }
    }

    /// <summary>Says what would be right, in the words of the wire; only the enum converter's own message does already.</summary>
    private static string Expected(Type type, JsonException wrong) =>
        type switch
        {
            { IsEnum: true } => wrong.Message,
            _ when type == typeof(string) => "Must be text.",
            _ when type == typeof(bool) => "Must be true or false.",
            _ when type == typeof(int) || type == typeof(long) => "Must be a whole number.",
            _ when type == typeof(double) || type == typeof(decimal) => "Must be a number.",
            _ when type == typeof(Instant) => "Must be a UTC time such as 2026-01-31T06:00:00Z.",
            _ when type == typeof(LocalDate) => "Must be a date such as 2026-01-31.",
            _ => "Has a wrong form.",
        };

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
