namespace Scheduler.Core.Retry;

/// <summary>Chance for many threads: <see cref="Random"/> itself breaks when two calls meet.</summary>
public sealed class LockedRandom : Random
{
    private readonly Lock gate = new();
    private readonly Random source = new();

    public override int Next() => Draw(random => random.Next());

    public override int Next(int maxValue) => Draw(random => random.Next(maxValue));

    public override int Next(int minValue, int maxValue) => Draw(random => random.Next(minValue, maxValue));

    public override double NextDouble() => Draw(random => random.NextDouble());

    protected override double Sample() => NextDouble();

    private T Draw<T>(Func<Random, T> draw)
    {
        lock (gate)
        {
            return draw(source);
        }
    }
}
