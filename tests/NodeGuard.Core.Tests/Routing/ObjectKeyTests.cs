using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>Its equality is written by hand, so that a field could be forgotten.</summary>
public sealed class ObjectKeyTests
{
    private static readonly ObjectKey Key = new(
        ObjectKind.Route, 10, 64, 48, 8, 1000, 100, new AddressNumber(1, 2), new AddressNumber(3, 4));

    public static TheoryData<ObjectKey> Others =>
    [
        Key with { Kind = ObjectKind.Rule },
        Key with { Family = 2 },
        Key with { PrefixLength = 63 },
        Key with { SourcePrefixLength = 47 },
        Key with { Tos = 0 },
        Key with { Index = 1001 },
        Key with { Priority = 101 },
        Key with { Destination = new AddressNumber(0, 2) },
        Key with { Destination = new AddressNumber(1, 0) },
        Key with { Source = new AddressNumber(0, 4) },
        Key with { Source = new AddressNumber(3, 0) },
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public void KeysThatDifferInOneFieldAreTwo(ObjectKey other)
    {
        other.ShouldNotBe(Key);
        other.GetHashCode().ShouldNotBe(Key.GetHashCode());
    }

    [Fact]
    public void EqualFieldsAreOneKey()
    {
        ObjectKey same = Key with { Index = 1000 };

        same.ShouldBe(Key);
        same.GetHashCode().ShouldBe(Key.GetHashCode());
    }

    [Fact]
    public void EveryFieldOfAKeyIsAmongTheOthers() =>
        typeof(ObjectKey).GetConstructors().Single(made => made.GetParameters().Length > 1).GetParameters().Length.ShouldBe(9);
}
