using System.Globalization;
using Google.Protobuf;

namespace Scheduler.Tests.Telemetry.Otlp;

/// <summary>A span as a collector gets it, in plain texts.</summary>
internal sealed record ReceivedSpan(string Service, SpanMessage Message)
{
    private const int ErrorCode = 2;

    public string Name => Message.Name;

    public string TraceId => Hex(Message.TraceId);

    public string SpanId => Hex(Message.SpanId);

    public string ParentId => Hex(Message.ParentSpanId);

    public ulong Start => Message.StartTimeUnixNano;

    public ulong End => Message.EndTimeUnixNano;

    public bool HasFailed => Message.Status?.Code == ErrorCode;

    public IReadOnlyList<string> LinkedTraces => [.. Message.Links.Select(link => Hex(link.TraceId))];

    public string? this[string attribute] => Tags(Message.Attributes).GetValueOrDefault(attribute);

    public static Dictionary<string, string> Tags(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => Text(attribute.Value));

    private static string Text(AnyValue value) =>
        value.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => value.StringValue,
            AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
            AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
            _ => value.BoolValue ? "true" : "false",
        };

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
