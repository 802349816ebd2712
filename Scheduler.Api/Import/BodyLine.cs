namespace Scheduler.Api.Import;

/// <summary>A line of a body.</summary>
/// <param name="Bytes">Without its end.</param>
/// <param name="IsTooLong">Then the bytes are its beginning only.</param>
internal readonly record struct BodyLine(ReadOnlyMemory<byte> Bytes, bool IsTooLong);
