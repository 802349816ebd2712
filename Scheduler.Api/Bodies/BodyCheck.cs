using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Bodies;

/// <summary>
/// Parses a body and gathers everything that is wrong with it, where a deserializer stops at the first fault: first the
/// shape, field by field, then the annotations of the contract.
/// </summary>
internal static class BodyCheck
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>True for a contract without required fields.</summary>
    public static bool MayBeAbsent(Type type) => !TypeInfo(type).Properties.Any(property => property.IsRequired);

    /// <summary>The value when there are no errors, else null.</summary>
    public static (T? Value, IReadOnlyDictionary<string, IReadOnlyList<string>> Errors) Parse<T>(
        ReadOnlyMemory<byte> json
    )
        where T : class
    {
        var errors = new BodyErrors();
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            ShapeCheck.Check(document.RootElement, TypeInfo(typeof(T)), "", errors);
            var value = errors.Fields.Count == 0 ? document.RootElement.Deserialize<T>(WireJson.Options) : null;
            if (value is not null)
            {
                Validate(value, TypeInfo(typeof(T)), "", errors);
            }
            return (errors.Fields.Count == 0 ? value : null, errors.Fields);
        }
        catch (JsonException)
        {
            errors.Add("", "Must be a JSON object in UTF-8, at most 32 levels deep, no name twice.");
            return (null, errors.Fields);
        }
    }

    private static void Validate(object value, JsonTypeInfo type, string path, BodyErrors errors)
    {
        foreach (var property in type.Properties)
        {
            var name = path + property.Name;
            var field = property.Get?.Invoke(value);
            var context = new ValidationContext(value) { DisplayName = property.Name, MemberName = property.Name };
            foreach (
                var rule in property.AttributeProvider?.GetCustomAttributes(true).OfType<ValidationAttribute>() ?? []
            )
            {
                if (rule.GetValidationResult(field, context) is { } fault)
                {
                    errors.Add(name, fault.ErrorMessage ?? "Is not valid.");
                }
            }
            ValidateWithin(field, name, errors);
        }
        foreach (var fault in (value as IValidatableObject)?.Validate(new ValidationContext(value)) ?? [])
        {
            var member = fault.MemberNames.FirstOrDefault() is { } named
                ? JsonNamingPolicy.SnakeCaseLower.ConvertName(named)
                : "";
            errors.Add(path + member, fault.ErrorMessage ?? "Is not valid.");
        }
    }

    /// <summary>Goes into nested contracts and lists of them; anything else has no annotations of its own.</summary>
    private static void ValidateWithin(object? field, string name, BodyErrors errors)
    {
        if (field is System.Collections.IList list)
        {
            for (var index = 0; index < list.Count; index++)
            {
                ValidateWithin(list[index], $"{name}[{index}]", errors);
            }
        }
        else if (field is not null && TypeInfo(field.GetType()) is { Kind: JsonTypeInfoKind.Object } type)
        {
            Validate(field, type, name + ".", errors);
        }
    }

    private static JsonTypeInfo TypeInfo(Type type) => WireJson.Options.GetTypeInfo(type);
}
