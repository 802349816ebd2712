using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Core.Contracts;

/// <summary>Writes every enum by its wire word (<see cref="Wire"/>) and refuses any other text or a number.</summary>
public sealed class WireEnumConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && Wire.TryParse<T>(reader.GetString(), out var value))
            {
                return value;
            }
            throw new JsonException($"Must be one of {string.Join(", ", Wire.Words<T>())}.");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Wire.Name(value));
    }
}
