using NodeGuard.Core.Units;
using Xunit;

namespace NodeGuard.Core.Tests.Units;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4", 4)]
    [InlineData("-2", -2)]
    [InlineData("+2", 2)]
    [InlineData("250m", 0.25)]
    [InlineData("1.5Gi", 1610612736)]
    [InlineData("16393244Ki", 16786681856)]
    [InlineData("100k", 100000)]
    [InlineData("1E", 1e18)]
    [InlineData("1e3", 1000)]
    [InlineData("1E3", 1000)]
    [InlineData("15e-1", 1.5)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("100u", 0.0001)]
    [InlineData("7n", 0.000000007)]
    public void AQuantityIsANumberWithASuffix(string text, double value)
    {
        Assert.True(Quantity.TryParse(text, out var parsed));
        Assert.Equal((decimal)value, parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("m")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1.2.3")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1K")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("0x10")]
    [InlineData("1Gi ")]
    [InlineData("99999999999999999999999999E")]
    public void WhatKubernetesRefusesIsNoQuantity(string? text) => Assert.False(Quantity.TryParse(text, out _));
}
